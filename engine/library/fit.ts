import { defaultStateBytes } from '../resources.ts';
import { DEFAULT_BITS } from '../weights/recipe.ts';
import type { CatalogueModel } from './catalogue.ts';
import type { Machine } from './machine.ts';
import { sizeText } from './size-text.ts';

/** Why a model does not fit, or not well; `text` says it in a sentence with the figures. */
export interface FitReason {
  kind: 'memory' | 'free-memory' | 'disk' | 'speed';
  text: string;
}

/** What a model's needs follow from. */
export type ModelSize = Pick<
  CatalogueModel,
  'parameters' | 'headParameters' | 'stateBytes' | 'sourceBytes' | 'bits'
>;

/** What a model needs, and how it would do on a machine. */
export interface Fit<Model extends ModelSize = CatalogueModel> {
  model: Model;
  /** Bytes to download. */
  downloadBytes: number;
  /** Bytes of the model package, which stay on disk. */
  packageBytes: number;
  /** Free bytes that installing needs: the download and the package stand beside each other for a while. */
  diskBytes: number;
  /** Memory while it is loaded, states included. */
  memoryBytes: number;
  /** Time of one decoded token: the package is read once for each. */
  msPerToken: number;
  /** `good`; `slow` or `tight` (little memory is free now): it works, with the reason; `no`: it does not. */
  verdict: 'good' | 'slow' | 'tight' | 'no';
  reasons: readonly FitReason[];
  /** The one to choose on this machine. */
  recommended: boolean;
}

/** Of a weight of 4 bits, for scales, zero points and the layers that keep more. */
const SCALE_BYTES = (DEFAULT_BITS - 4) / 8;
/** Vectors in float32, the tokenizer and the manifest are small beside the matrices. */
const OTHER_BYTES = 16 * 2 ** 20;
/** Resident memory of a loaded package, at most; ONNX Runtime keeps a second form of some weights. */
const RESIDENT = 1.4;
const RUNTIME_BYTES = 150 * 2 ** 20;
/** The rest belongs to the editor and its language servers. */
const MEMORY_SHARE = 0.6;
/** Share of the bandwidth that decoding reaches: measured, 0.87 on two threads. */
const EFFICIENCY = 0.87;
/** A line has some ten tokens, and should be there within about half a second. */
const GOOD_MS_A_TOKEN = 60;
const RESERVE_BYTES = 256 * 2 ** 20;

/** What a model needs, and whether a machine has it. */
export function fitOf<Model extends ModelSize>(model: Model, machine: Machine): Fit<Model> {
  const matrices = model.parameters - model.headParameters;
  const packageBytes = Math.round(
    matrices * (model.bits / 8 + SCALE_BYTES) + model.headParameters * (1 + SCALE_BYTES) + OTHER_BYTES,
  );
  const diskBytes = model.sourceBytes + packageBytes + RESERVE_BYTES;
  const states = defaultStateBytes(model.stateBytes, machine.totalMemory);
  const memoryBytes = Math.round(packageBytes * RESIDENT + states + RUNTIME_BYTES);
  const msPerToken = (packageBytes * 1000) / (machine.bandwidth * EFFICIENCY);
  const reasons: FitReason[] = [];
  const most = machine.totalMemory * MEMORY_SHARE;
  if (memoryBytes > most) {
    const text = `It needs ${sizeText(memoryBytes)} of memory; this machine has ${sizeText(machine.totalMemory)}, of which ${sizeText(most)} may be used.`;
    reasons.push({ kind: 'memory', text });
  } else if (memoryBytes > machine.freeMemory) {
    const text = `It needs ${sizeText(memoryBytes)} of memory; ${sizeText(machine.freeMemory)} are free now.`;
    reasons.push({ kind: 'free-memory', text });
  }
  if (diskBytes > machine.freeDisk) {
    const text = `Installing needs ${sizeText(diskBytes)} of disk; ${sizeText(machine.freeDisk)} are free.`;
    reasons.push({ kind: 'disk', text });
  }
  if (msPerToken > GOOD_MS_A_TOKEN) {
    const text = `A token would take about ${Math.round(msPerToken)} ms on this machine; up to ${GOOD_MS_A_TOKEN} ms is comfortable.`;
    reasons.push({ kind: 'speed', text });
  }
  return {
    model,
    downloadBytes: model.sourceBytes,
    packageBytes,
    diskBytes,
    memoryBytes,
    msPerToken,
    verdict: verdictOf(reasons),
    reasons,
    recommended: false,
  };
}

/**
 * All models for a machine: the recommended one first, then those that fit, then the others; of each those that infill first, and
 * the largest first.
 * Recommended is the largest that fits well and can infill; its base model, where there are two of a size.
 */
export function rankModels(models: readonly CatalogueModel[], machine: Machine): Fit[] {
  const order = ['good', 'tight', 'slow', 'no'];
  const ranked = models
    .map((model) => fitOf(model, machine))
    .sort(
      (a, b) =>
        order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
        Number(b.model.fim !== 'continuation') - Number(a.model.fim !== 'continuation') ||
        b.model.parameters - a.model.parameters ||
        a.model.kind.localeCompare(b.model.kind),
    );
  const best = ranked.find(({ verdict, model }) => verdict === 'good' && model.fim !== 'continuation');
  if (best === undefined) return ranked;
  return [{ ...best, recommended: true }, ...ranked.filter((fit) => fit !== best)];
}

function verdictOf(reasons: readonly FitReason[]): Fit['verdict'] {
  const kinds = reasons.map(({ kind }) => kind);
  if (kinds.includes('memory') || kinds.includes('disk')) return 'no';
  if (kinds.includes('speed')) return 'slow';
  return kinds.length === 0 ? 'good' : 'tight';
}
