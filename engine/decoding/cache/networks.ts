import type { Network } from './network.ts';
import fitted from './networks.json';

/**
 * Fitted by `npm run -s mamba -- fit-mixing --files 'PACKAGE/**' … --out engine/decoding/cache/networks.json` on 28 packages of the
 * validation set: model and text around together, and the text around alone. To be fitted again when the bundled model changes.
 */
export const networks: { both: Network; cache: Network } = fitted;
