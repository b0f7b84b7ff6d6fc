/** A usual project: UUIDs, an enum, secrets, a self relation, tags, names with underscores. */
import { TYPESCRIPT } from '../../support/foreign-project.ts';

export const BLOG_MODELS = `
datasource db {
  provider = "postgresql"
}

enum Role {
  member
  chief
}

model User {
  id            String    @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  email         String    @unique
  name          String?
  password_hash String
  role          Role      @default(member)
  avatar        Bytes?
  settings      Json?
  createdAt     DateTime  @default(now())
  posts         Post[]
  sessions      Session[]

  @@map("app users")
}

model Post {
  id        BigInt   @id @default(autoincrement())
  title     String
  body      String
  authorId  String   @db.Uuid
  author    User     @relation(fields: [authorId], references: [id])
  parentId  BigInt?
  parent    Post?    @relation("thread", fields: [parentId], references: [id])
  replies   Post[]   @relation("thread")
  tags      Tag[]
  limit     Int      @default(0)
  updatedAt DateTime @updatedAt
  createdAt DateTime @default(now())

  @@index([authorId, createdAt])
  @@index([createdAt])
  @@index([limit])
}

model Tag {
  id    Int    @id @default(autoincrement())
  slug  String @unique
  posts Post[]
}

model Session {
  token  String @id
  userId String @db.Uuid
  user   User   @relation(fields: [userId], references: [id])
}

model daily_view {
  day     DateTime @db.Date
  post_id BigInt
  views   Int

  @@id([post_id, day])
}
`;

export const CLIENT = `generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}
`;

export const CONFIG = `import { defineConfig, env } from 'prisma/config';

export default defineConfig({ schema: 'prisma/schema.prisma', datasource: { url: env('DATABASE_URL') } });
`;

export const BLOG: Readonly<Record<string, string>> = {
  ...TYPESCRIPT,
  'prisma.config.ts': CONFIG,
  'prisma/schema.prisma': `${CLIENT}${BLOG_MODELS}`,
  'src/index.ts': 'export {};\n',
};
