/** The part of the global WebAssembly that loading the engine needs; TypeScript declares it for browsers only. */
declare namespace WebAssembly {
  class RuntimeError extends Error {}

  function instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
}
