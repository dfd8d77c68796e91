/**
 * The 32-bit number that stands for a Message-ID in the lookup index: FNV-1a over the UTF-16 units, then MurmurHash3's
 * finisher, as a signed integer (which SQLite keeps in 4 bytes). Part of the file format: it never changes. The text
 * itself is compared after, so that equal hashes do no harm.
 */
export function messageIdHash(messageId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < messageId.length; i++) hash = Math.imul(hash ^ messageId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return hash ^ hash >>> 16;
}
