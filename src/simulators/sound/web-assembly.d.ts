/** Node's types leave WebAssembly to the DOM's, which a server does not load. Only what the synthesiser needs. */
declare namespace WebAssembly {
  type Module = object;
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Readonly<Record<string, unknown>>): Promise<Instance>;
}
