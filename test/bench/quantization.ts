import { roundToFloat16 } from '../../engine/weights/floats.ts';
import { BlockQuantizer, type BlockFormat } from '../../engine/weights/quantize.ts';
import { seededRandom } from '../../engine/seeded-random.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';

const WEIGHTS = 1 << 20;
const RUNS = 5;

const FORMATS: readonly BlockFormat[] = [
  { bits: 4, block: 32, scales: 'float16' },
  { bits: 4, block: 64, scales: 'float16' },
  { bits: 4, block: 128, scales: 'float16' },
  { bits: 8, block: 64, scales: 'float16' },
];

/** Errors and speed of the formats beside Q4_0's, on random weights of several distributions. */
export function benchQuantization(): void {
  const random = seededRandom(3);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  /** Student's t of so many degrees of freedom: the fewer, the heavier its tails. */
  const student = (degrees: number) => (): number => {
    let squares = 0;
    for (let i = 0; i < degrees; i++) squares += gaussian() ** 2;
    return gaussian() / Math.sqrt(squares / degrees);
  };
  const distributions: Record<string, Float32Array> = {
    Gaussian: bfloat16(gaussian),
    Laplace: bfloat16(() => Math.log(1 - random()) * (random() < 0.5 ? 1 : -1)),
    "Student's t, 5": bfloat16(student(5)),
    "Student's t, 3": bfloat16(student(3)),
    uniform: bfloat16(() => 2 * random() - 1),
  };
  const quantizer = new BlockQuantizer(WEIGHTS);
  const rows = [
    ['Q4_0', '4.500', ...Object.values(distributions).map((weights) => q4Error(weights).toFixed(5)), ''],
    ...FORMATS.map((format) => {
      const times: number[] = [];
      const errors = Object.values(distributions).map((weights) => {
        for (let run = 0; run < RUNS; run++) {
          quantizer.weights.set(weights);
          quantizer.takeError();
          const before = process.cpuUsage();
          quantizer.quantize(WEIGHTS, format);
          const { user, system } = process.cpuUsage(before);
          times.push(user + system);
        }
        const { squaredErrors, squaredWeights } = quantizer.takeError();
        return (squaredErrors / squaredWeights).toFixed(5);
      });
      const bits = format.bits + (16 + (format.bits === 4 ? 4 : 0)) / format.block;
      const name = `${format.bits} bits, blocks of ${format.block}`;
      return [name, bits.toFixed(3), ...errors, ((median(times) * 1e3) / WEIGHTS).toFixed(2)];
    }),
  ];
  const head = ['format', 'bits a weight', ...Object.keys(distributions), 'ns of a core a weight'];
  printTable('Mean squared error as a share of the mean square', head, rows);
}

function bfloat16(draw: () => number): Float32Array {
  const values = Float32Array.from({ length: WEIGHTS }, draw);
  const words = new Uint32Array(values.buffer);
  words.forEach((word, at) => (words[at] = word & 0xffff_0000));
  return values;
}

/**
 * What llama.cpp's Q4_0 leaves: blocks of 32, one float16 scale, by which the element of the largest magnitude is −8 steps; the others
 * are rounded to −8 … 7 steps. The difference to its own quantizer on the same weights is under 0.1 %.
 */
function q4Error(weights: Float32Array): number {
  const block = 32;
  let errors = 0;
  let squares = 0;
  const half = new Float32Array(1);
  const bits = new Uint16Array(1);
  for (let start = 0; start < weights.length; start += block) {
    const values = weights.subarray(start, start + block);
    const extreme = values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const scale = extreme / -8;
    half[0] = scale;
    roundToFloat16(half, bits);
    for (const value of values) {
      const quant = Math.min(15, Math.max(0, Math.floor(value / scale + 8.5))) - 8;
      errors += (value - quant * half[0]) ** 2;
      squares += value * value;
    }
  }
  return errors / squares;
}
