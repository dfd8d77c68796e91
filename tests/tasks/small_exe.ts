/** The smallest program for Windows (x64) that one can put something into: headers and one section, which returns. */
export function smallExe(): Uint8Array {
  const exe = new Uint8Array(1024), view = new DataView(exe.buffer);
  const put = (at: number, size: 2 | 4 | 8, value: number) => {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
  };
  const PE = 0x40, OPTIONAL = PE + 24, SECTION = OPTIONAL + 240;
  put(0, 2, 0x5a4d); // "MZ"
  put(0x3c, 4, PE);
  put(PE, 4, 0x4550); // "PE"
  put(PE + 4, 2, 0x8664); // x64
  put(PE + 6, 2, 1); // sections
  put(PE + 20, 2, 240); // bytes of the optional header
  put(PE + 22, 2, 0x22); // an executable, of large addresses
  put(OPTIONAL, 2, 0x20b); // PE32+
  put(OPTIONAL + 4, 4, 0x200); // bytes of code
  put(OPTIONAL + 16, 4, 0x1000); // entry
  put(OPTIONAL + 20, 4, 0x1000); // begin of code
  put(OPTIONAL + 24, 8, 0x140000000); // image base
  put(OPTIONAL + 32, 4, 0x1000); // alignment in memory
  put(OPTIONAL + 36, 4, 0x200); // alignment in the file
  put(OPTIONAL + 40, 2, 6);
  put(OPTIONAL + 48, 2, 6);
  put(OPTIONAL + 56, 4, 0x2000); // bytes of the image
  put(OPTIONAL + 60, 4, 0x200); // bytes of headers
  put(OPTIONAL + 68, 2, 3); // a console program
  for (const at of [72, 80, 88, 96]) put(OPTIONAL + at, 8, 0x10000); // stack and heap
  put(OPTIONAL + 108, 4, 16); // data directories, all empty
  exe.set(new TextEncoder().encode(".text"), SECTION);
  put(SECTION + 8, 4, 1);
  put(SECTION + 12, 4, 0x1000);
  put(SECTION + 16, 4, 0x200);
  put(SECTION + 20, 4, 0x200);
  put(SECTION + 36, 4, 0x60000020); // code, read, executed
  exe[0x200] = 0xc3; // ret
  return exe;
}
