import assert from 'node:assert/strict';
import { ProtobufWriter } from '../../../engine/onnx/protobuf.ts';

const hex = (writer: ProtobufWriter): string => Buffer.from(writer.toBytes()).toString('hex');

/** The varint after a tag of one byte, by the definition: seven bits a byte, the lowest first. */
function readVarint(bytes: Uint8Array): bigint {
  return bytes.subarray(1).reduceRight((value, byte) => (value << 7n) | BigInt(byte & 0x7f), 0n);
}

describe('ProtobufWriter', () => {
  // Those of https://protobuf.dev/programming-guides/encoding/ where it has them.
  const cases: [what: string, writer: ProtobufWriter, bytes: string][] = [
    ['150', new ProtobufWriter().integer(1, 150), '089601'],
    ['0', new ProtobufWriter().integer(1, 0), '0800'],
    ['127 and 128', new ProtobufWriter().integer(1, 127).integer(1, 128), '087f088001'],
    ['-1 in ten bytes', new ProtobufWriter().integer(1, -1), '08ffffffffffffffffff01'],
    ['-2 in ten bytes', new ProtobufWriter().integer(1, -2), '08feffffffffffffffff01'],
    ['2^32', new ProtobufWriter().integer(1, 2 ** 32), '088080808010'],
    ['field 20, in two bytes', new ProtobufWriter().integer(20, 1), 'a00101'],
    ['1.5', new ProtobufWriter().float(2, 1.5), '150000c03f'],
    ['a text', new ProtobufWriter().string(2, 'testing'), '120774657374696e67'],
    ['a text in UTF-8', new ProtobufWriter().string(2, 'é'), '1202c3a9'],
    ['an empty text', new ProtobufWriter().string(2, ''), '1200'],
    ['a message', new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)), '1a03089601'],
    ['nothing', new ProtobufWriter(), ''],
  ];
  for (const [what, writer, bytes] of cases) {
    it(`writes ${what}`, () => {
      assert.equal(hex(writer), bytes);
    });
  }

  it('writes every int64', () => {
    const numbers = [0, 1, -1, 300, 2 ** 31, -(2 ** 31), 2 ** 32 + 1, 2 ** 53 - 1, -(2 ** 53) + 1];
    for (const value of [...numbers.map(BigInt), 2n ** 63n - 1n, -(2n ** 63n)]) {
      const read = readVarint(new ProtobufWriter().integer(1, value).toBytes());
      assert.equal(BigInt.asIntN(64, read), value);
    }
  });

  it('writes a message of more than 127 bytes with its length', () => {
    const bytes = new ProtobufWriter().bytes(1, new Uint8Array(300).fill(7)).toBytes();
    assert.deepEqual([...bytes.subarray(0, 4)], [10, 0xac, 2, 7]);
    assert.equal(bytes.length, 303);
  });

  it('refuses what is no integer', () => {
    assert.throws(() => new ProtobufWriter().integer(1, 1.5), RangeError);
    assert.throws(() => new ProtobufWriter().integer(1, NaN), RangeError);
  });
});
