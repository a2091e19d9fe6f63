import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the command line keeps models if it is not told. */
export const MODELS_FOLDER = join(homedir(), '.mamba-complete', 'models');
