import { SocketAddress } from "node:net";
import fc from "fast-check";
import { canonicalNetwork, network, networkOf } from "../../../provider/conditional-access/network";

/** An address as a number, and how many bits an address of its family has. */
interface Address {
  readonly bits: bigint;
  readonly width: 32 | 128;
}

const maskedBy = ({ bits, width }: Address, length: number): Address => {
  const hostBits = BigInt(width - length);
  return { bits: (bits >> hostBits) << hostBits, width };
};

/** In bytes or groups, nothing left out. */
const partsOf = ({ bits, width }: Address): number[] => {
  const [count, size] = width === 32 ? [4, 8] : [8, 16];
  return Array.from({ length: count }, (_, index) =>
    Number(BigInt.asUintN(size, bits >> BigInt(size * (count - 1 - index)))),
  );
};
const plain = (address: Address): string =>
  address.width === 32
    ? partsOf(address).join(".")
    : partsOf(address)
        .map((part) => part.toString(16))
        .join(":");

/** What the operating system makes of it. */
const asTheSystemWrites = (address: Address): string =>
  new SocketAddress({ address: plain(address), family: address.width === 32 ? "ipv4" : "ipv6" }).address;

/** Many zeros, as networks have them. */
const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 15 }));
const v6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups): Address => ({ bits: groups.reduce((bits, one) => (bits << 16n) | BigInt(one), 0n), width: 128 }));
const v4 = fc.nat({ max: 0xffff_ffff }).map((bits): Address => ({ bits: BigInt(bits), width: 32 }));

/** An address with the length of a network's prefix. */
const addresses = fc
  .oneof(v4, v6)
  .chain((address) => fc.record({ address: fc.constant(address), length: fc.integer({ min: 8, max: address.width }) }));
const networks = addresses.map(({ address, length }) => ({ address: maskedBy(address, length), length }));

/** Other spellings of an IPv6 address: leading zeros, capitals, any run of zeros left out. An IPv4 address has one. */
const spelled = (address: Address) =>
  fc
    .record({ padded: fc.boolean(), capitals: fc.boolean(), from: fc.nat({ max: 7 }), count: fc.nat({ max: 8 }) })
    .map(({ padded, capitals, from, count }) => {
      if (address.width === 32) return plain(address);
      const groups = partsOf(address).map((part) => part.toString(16).padStart(padded ? 4 : 1, "0"));
      const left = groups.slice(from, from + count);
      const canLeaveOut = left.length > 0 && left.every((one) => Number(one) === 0);
      const text = canLeaveOut
        ? `${groups.slice(0, from).join(":")}::${groups.slice(from + count).join(":")}`
        : groups.join(":");
      return capitals ? text.toUpperCase() : text;
    });

describe("a network in CIDR notation", () => {
  it("has one form, however it was spelled: the one in which the operating system writes its address", () => {
    const anySpelling = networks.chain(({ address, length }) =>
      fc.record({ address: fc.constant(address), length: fc.constant(length), text: spelled(address) }),
    );
    fc.assert(
      fc.property(anySpelling, ({ address, length, text }) => {
        const canonical = network.parse(`${text}/${length}`);
        expect(canonical).toBe(canonicalNetwork(`${plain(address)}/${length}`));
        expect(network.parse(canonical)).toBe(canonical);
        const written = asTheSystemWrites(address);
        // An IPv4 address in an IPv6 address is written as such by the system, and in hexadecimal by us.
        if (address.width === 32 || !written.includes(".")) expect(canonical).toBe(`${written}/${length}`);
      }),
    );
  });

  it("is refused with bits of a host in it, and the finding says the network that is accepted", () => {
    fc.assert(
      fc.property(addresses, ({ address, length }) => {
        const given = `${plain(address)}/${length}`;
        const meant = canonicalNetwork(`${plain(maskedBy(address, length))}/${length}`);
        expect(networkOf(given)).toBe(meant);
        const parsed = network.safeParse(given);
        expect(parsed.success).toBe(maskedBy(address, length).bits === address.bits);
        expect(parsed.error?.issues.map(({ message }) => message) ?? []).toEqual(
          parsed.success
            ? []
            : [`must be a network, and "${given}" is an address in one: for the network write "${meant}"`],
        );
        expect(network.parse(meant)).toBe(meant);
      }),
    );
  });

  it.each([
    ["2001:DB8:0::/32", "2001:db8::/32"],
    ["2001:0db8:0000:0000:0001:0000:0000:0000/80", "2001:db8:0:0:1::/80"],
    ["::ffff:192.0.2.0/120", "::ffff:c000:200/120"],
    ["203.0.113.0/24", "203.0.113.0/24"],
  ])("%s is written %s", (given, canonical) => {
    expect(network.parse(given)).toBe(canonical);
  });
});
