// The weights as a file that nn.load reads: NumPy's npz, a zip of npy files that are stored as they are.
function weightsFile(program) {
  const parts = [], directory = [];
  let at = 0;
  const numbers = (...pairs) => {  // [bytes, number], least first
    const found = new DataView(new ArrayBuffer(pairs.reduce((n, [width]) => n + width, 0)));
    let place = 0;
    for (const [width, x] of pairs) {
      if (width === 2) found.setUint16(place, x, true); else found.setUint32(place, x, true);
      place += width;
    }
    return new Uint8Array(found.buffer);
  };
  function npy(shape, kind, content) {
    const form = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
    const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': ${form}, }`;
    const header = text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11) + "\n";
    return joined([[0x93, 78, 85, 77, 80, 89, 1, 0], numbers([2, header.length]), new TextEncoder().encode(header), content]);
  }
  const joined = (lists) => {
    const found = new Uint8Array(lists.reduce((n, list) => n + list.length, 0));
    let place = 0;
    for (const list of lists) { found.set(list, place); place += list.length; }
    return found;
  };
  const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  function entry(name, content) {
    const path = new TextEncoder().encode(`${name}.npy`), sum = checksum(content), size = content.length;
    const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, sum], [4, size], [4, size], [2, path.length], [2, 0]];
    const head = joined([numbers([4, 0x04034b50], ...common), path]);
    directory.push(joined([numbers([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path]));
    parts.push(head, content);
    at += head.length + size;
  }
  entry("chainrule", npy([], "<i8", bytes(BigInt64Array.of(1n))));
  for (const { name, shape, from, numbers: kept } of program.arrays)
    entry(name, npy(shape, "<f8", bytes(Float64Array.from(kept ?? from, (x) => kept ? x : program.parameters[x]))));
  const list = joined(directory), n = directory.length;
  return joined([...parts, list, numbers([4, 0x06054b50], [2, 0], [2, 0], [2, n], [2, n], [4, list.length], [4, at], [2, 0])]);
}

// CRC-32, of zip files.
function checksum(content) {
  let sum = -1;
  for (const byte of content) {
    sum ^= byte;
    for (let k = 0; k < 8; k++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
