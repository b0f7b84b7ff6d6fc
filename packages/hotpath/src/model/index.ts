/**
 * `hotpath/model`: the data model, which `prisma generate` writes for a schema.
 *
 *     generator datamodel {
 *       provider = "hotpath-datamodel"
 *       output   = "../generated"
 *     }
 */
export {
  type DataModel,
  defineDataModel,
  type Enum,
  type Field,
  type Model,
  type RelationField,
  type ScalarField,
  type ScalarType,
} from './data-model.ts';
