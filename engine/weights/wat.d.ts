/** WebAssembly in its text format: the bundler assembles it. */
declare module '*.wat' {
  const module: Uint8Array<ArrayBuffer>;
  export default module;
}

/** What is used of it; TypeScript describes it with the browser's things only. */
declare namespace WebAssembly {
  class Module {
    /** Sets it apart from other objects. */
    private readonly compiled: true;
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: unknown;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}
