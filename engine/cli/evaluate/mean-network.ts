import type { Network } from '../../decoding/cache/network.ts';
import { rounded } from './fit-network.ts';

/** Networks of so many fits are averaged. */
const FITS = 4;

/**
 * The mean of several fits that differ by chance alone. Each is wrong in ways of its own, so their mean is better than any of them
 * (Hansen & Salamon 1990, "Neural network ensembles").
 */
export function fitMean(fit: () => Network): Network {
  return meanOf(Array.from({ length: FITS }, fit));
}

/** One network whose scores are the mean of the scores of networks. */
function meanOf(networks: readonly Network[]): Network {
  const count = networks.length;
  const features = networks[0]?.features ?? 0;
  const mean = (at: number): number =>
    networks.reduce((sum, { linear }) => sum + (linear[at] ?? 0), 0) / count;
  return {
    features,
    hidden: networks.reduce((sum, { hidden }) => sum + hidden, 0),
    linear: Array.from({ length: features }, (_, at) => rounded(mean(at))),
    weights: Array.from({ length: features }, (_, at) =>
      networks.flatMap(({ hidden, weights }) => weights.slice(at * hidden, (at + 1) * hidden)),
    ).flat(),
    bias: networks.flatMap(({ bias }) => bias),
    out: networks.flatMap(({ out }) => out.map((weight) => rounded(weight / count))),
  };
}
