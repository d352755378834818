import { inflateRawSync } from 'node:zlib';

type Entry = { name: string; content: Buffer };

const directoryEnd = 0x06054b50;
const directoryEntry = 0x02014b50;

const fail = (why: string): never => {
  throw new Error(`not a zip file that can be read here: ${why}`);
};

/** Where the central directory begins, and its entries; there is no comment behind it. */
const directoryOf = (zip: Buffer): { at: number; count: number } => {
  const end = zip.length - 22;
  if (end < 0 || zip.readUInt32LE(end) !== directoryEnd) fail('its end is missing');
  return { at: zip.readUInt32LE(end + 16), count: zip.readUInt16LE(end + 10) };
};

const contentAt = (zip: Buffer, at: number, method: number, size: number): Buffer => {
  // The local header has a name and extras of its own lengths.
  const from = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
  const packed = zip.subarray(from, from + size);
  if (method === 0) return packed;
  return method === 8 ? inflateRawSync(packed) : fail(`method ${method}`);
};

/** The files of a zip archive, as https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT lays it out. Throws on any other. */
export const entriesOf = (zip: Buffer): readonly Entry[] => {
  const entries: Entry[] = [];
  let { at, count } = directoryOf(zip);
  for (; count > 0; count--) {
    if (zip.readUInt32LE(at) !== directoryEntry) fail('its directory is torn');
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const content = contentAt(zip, zip.readUInt32LE(at + 42), zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20));
    if (!name.endsWith('/')) entries.push({ name, content });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
};
