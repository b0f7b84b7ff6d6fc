/** The zoo, a schema unlike the marketplace's: its data model, and resources typed by its own client. */
import { resources } from 'hotpath/resource/resource';
import type { Prisma } from '../../packages/hotpath/test/compile/zoo/generated/client.ts';
import { datamodel } from '../../packages/hotpath/test/compile/zoo/generated/datamodel.ts';

export const zooResource = resources<Prisma.TypeMap>();

export const zooDataModel = datamodel;
