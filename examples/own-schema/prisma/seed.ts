/** Two users with notes, labels and a team: alice and bob, whose passwords are their names. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/client.ts';
import { fromEnvironment } from '../src/environment.ts';
import { hashOf } from '../src/passwords.ts';

const STATES = ['draft', 'shared', 'archived'] as const;
const SLUGS = Array.from({ length: 12 }, (_, index) => `label-${index}`);

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: fromEnvironment('DATABASE_URL') }) });

async function addUser(login: string) {
  const user = await prisma.app_user.create({ data: { login, display_name: login, password_hash: hashOf(login) } });
  for (let index = 0; index < 24; index += 1) {
    const labels = { connect: SLUGS.slice(0, index % 4).map((slug) => ({ slug })) };
    const data = {
      title: `Note ${index} of ${login}`,
      body: 'Remember.',
      state: STATES[index % 3]!,
      owner_id: user.id,
      labels,
    };
    await prisma.note.create({ data });
  }
  return user;
}

await prisma.label.createMany({ data: SLUGS.map((slug) => ({ slug })) });
const [alice, bob, carol] = [await addUser('alice'), await addUser('bob'), await addUser('carol')];
const teams = { red: [alice, bob], blue: [carol] };
for (const [name, members] of Object.entries(teams)) {
  const create = members.map(({ id }, index) => ({ user_id: id, is_lead: index === 0 }));
  await prisma.team.create({ data: { name, members: { create } } });
}
await prisma.$disconnect();
