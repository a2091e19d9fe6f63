import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Mamba2Config } from '../../../engine/weights/mamba2-config.ts';
import { tensorShapes } from '../../../engine/weights/model-config.ts';
import { seededRandom } from '../../../engine/seeded-random.ts';
import { ggufMetadata } from './gguf-metadata.ts';
import { ggufName, ggufShape } from './gguf-tensors.ts';
import { ALIGNMENT, ggufHead } from './gguf.ts';

type MatrixType = 'Q4_0' | 'Q4_K' | 'Q6_K';

/** What llama.cpp's own quantizer makes of a Mamba-2 model's matrices under these names. */
export const RECIPES = {
  Q4_0: { projections: 'Q4_0', embedding: 'Q4_0', head: 'Q6_K' },
  Q4_K_M: { projections: 'Q4_K', embedding: 'Q4_K', head: 'Q6_K' },
} as const satisfies Record<string, Record<'projections' | 'embedding' | 'head', MatrixType>>;

/** ggml's block types: weights and bytes of a block, and where its scales stand, as float16 bits of a size that keeps numbers finite. */
const BLOCKS: Record<
  MatrixType,
  { weights: number; bytes: number; scales: readonly [at: number, bits: number][] }
> = {
  Q4_0: { weights: 32, bytes: 18, scales: [[0, 0x1c67]] },
  Q4_K: { weights: 256, bytes: 144, scales: [[0, 0x0897], [2, 0x144d]] }, // prettier-ignore
  Q6_K: { weights: 256, bytes: 210, scales: [[208, 0x00fc]] },
};
/** Blocks of random bits that a matrix repeats. */
const POOL_BLOCKS = 4096;
/** Any tokenizer.json of ours serves: ids are sent. */
const TOKENIZER = 'engine/bundled/tokenizer.json';

/** Bits a weight of a matrix type, scales included. */
export const bitsOf = (type: MatrixType): number => (BLOCKS[type].bytes * 8) / BLOCKS[type].weights;

/** Writes a GGUF file of random weights in a model's shape: as fast to run as any other weights, and as large. */
export function writeRandomGguf(
  destination: string,
  config: Mamba2Config,
  recipe: keyof typeof RECIPES,
): void {
  const { projections, embedding, head } = RECIPES[recipe];
  const tensors = [...tensorShapes(config)].map(([name, shape]) => {
    const renamed = ggufName(name);
    const type = name.endsWith('_proj.weight')
      ? projections
      : renamed === 'token_embd.weight'
        ? embedding
        : renamed === 'output.weight'
          ? head
          : 'F32';
    const elements = shape.reduce((product, size) => product * size, 1);
    const bytes = type === 'F32' ? elements * 4 : (elements / BLOCKS[type].weights) * BLOCKS[type].bytes;
    return { name: renamed, shape: ggufShape(renamed, shape, config), type, bytes } as const;
  });
  const metadata = ggufMetadata(config, recipe, readFileSync(TOKENIZER, 'utf8'), TOKENIZER);
  const pools = new Map<MatrixType, Buffer>();
  const file = openSync(destination, 'w');
  try {
    writeSync(file, ggufHead(metadata, tensors));
    for (const { name, type, bytes } of tensors) {
      const pool = type === 'F32' ? vector(name, bytes) : (pools.get(type) ?? randomBlocks(type));
      if (type !== 'F32') pools.set(type, pool);
      for (let at = 0; at < bytes; at += pool.length)
        writeSync(file, pool, 0, Math.min(pool.length, bytes - at));
      writeSync(file, Buffer.alloc(-bytes & (ALIGNMENT - 1)));
    }
  } finally {
    closeSync(file);
  }
}

function randomBlocks(type: MatrixType): Buffer {
  const { bytes, scales } = BLOCKS[type];
  const random = seededRandom(3);
  const blocks = Buffer.alloc(POOL_BLOCKS * bytes);
  for (let at = 0; at < blocks.length; at++) blocks[at] = random() * 256;
  for (let block = 0; block < POOL_BLOCKS; block++)
    for (const [at, bits] of scales) blocks.writeUInt16LE(bits, block * bytes + at);
  return blocks;
}

/** Norms and D of ones, A of minus ones, the rest small. */
function vector(name: string, bytes: number): Buffer {
  const value = /norm|ssm_d$/.test(name) ? 1 : name.endsWith('ssm_a') ? -1 : 0.01;
  return Buffer.from(new Float32Array(bytes / 4).fill(value).buffer);
}
