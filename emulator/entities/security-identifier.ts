/**
 * The Windows security identifier of a user or group: its object id, read as four little-endian numbers.
 *
 * @param id object id, a UUID
 */
export function securityIdentifierOf(id: string): string {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  // A UUID keeps its first three groups in the order of reading and the rest byte by byte.
  const parts = [bytes.readUInt32BE(0), bytes.readUInt16BE(4) + bytes.readUInt16BE(6) * 0x10000];
  return ["S-1-12-1", ...parts, bytes.readUInt32LE(8), bytes.readUInt32LE(12)].join("-");
}
