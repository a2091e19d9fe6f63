import type { Network } from './network.ts';
import fitted from './networks.json';

/**
 * Fitted by `npm run -s mamba -- fit-mixing --files 'PACKAGE/**' … --out engine/decoding/cache/networks.json` on 28 packages of the
 * validation set: model and text around together, to be fitted again when the bundled model changes, and the text around alone, kept from an earlier fit
 * (`engine/training/README.md` says why).
 */
export const networks: { both: Network; cache: Network } = fitted;
