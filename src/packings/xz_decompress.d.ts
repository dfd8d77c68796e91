/** What the module of `xz-decompress` gives when it is imported as CommonJS, which its own types do not say. */
declare const xz: {
  XzReadableStream: new (packed: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array>;
};

export default xz;
