/** The files that the generator writes, and the settings of the schema that change them. */
import type { GeneratorConfig } from '@prisma/generator-helper';
import { defineDataModel } from 'hotpath/model';
import { fileExtensionOf } from 'hotpath/model/generator/file-extension';
import { render } from 'hotpath/model/generator/render';
import { describe, expect, it } from 'vitest';

const generatorOf = (provider: string, generatedFileExtension?: string) =>
  ({
    provider: { fromEnvVar: null, value: provider },
    config: generatedFileExtension === undefined ? {} : { generatedFileExtension },
  }) as GeneratorConfig;

const extension = (own?: string, ...otherGenerators: GeneratorConfig[]) =>
  fileExtensionOf({ generator: generatorOf('hotpath-datamodel', own), otherGenerators });

describe('the extension of the generated file', () => {
  it('is ts unless the schema sets another one', () => {
    expect(extension()).toBe('ts');
    expect(extension(undefined, generatorOf('prisma-client-js'))).toBe('ts');
    expect(extension(undefined, generatorOf('prisma-client', 'mjs'))).toBe('mjs');
    expect(extension('js', generatorOf('prisma-client', 'ts'))).toBe('js');
  });

  it('is not taken from a client that is a CommonJS module', () => {
    expect(extension(undefined, generatorOf('prisma-client', 'cjs'))).toBe('ts');
  });

  it('is refused if an ECMAScript module cannot have it', () => {
    expect(() => extension('cts')).toThrow(
      'Compiled reads: generatedFileExtension is one of ts, mts, js, mjs, not "cts".',
    );
  });
});

describe('the generated file', () => {
  const empty = defineDataModel({ models: {}, enums: {} });

  it('imports the library by the name of its package', () => {
    const { 'datamodel.ts': text } = render(empty, 'ts');
    expect(text).toContain("import { defineDataModel } from 'hotpath/model';");
  });

  it('has declarations beside it if it is JavaScript', () => {
    expect(Object.keys(render(empty, 'mts'))).toEqual(['datamodel.mts']);
    expect(Object.keys(render(empty, 'js'))).toEqual(['datamodel.js', 'datamodel.d.ts']);
    expect(Object.keys(render(empty, 'mjs'))).toEqual(['datamodel.mjs', 'datamodel.d.mts']);
  });
});
