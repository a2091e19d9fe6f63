import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** `from` may not be imported by `target`. */
const zone = (target, from, except = []) => ({ target: `./${target}`, from: `./${from}`, except });

// Imports run one way: extension -> engine/index -> worker -> completion -> prompt, state, decoding -> runtime -> architecture -> onnx;
// tokenizer and weights stand on the ground, library on the first two. Each folder lists what it may use besides itself and the ground rules.
const ground = ['errors.ts', 'process-alive.ts', 'resources.ts', 'seeded-random.ts'];
const layers = {
  onnx: [],
  tokenizer: [],
  weights: [],
  library: ['weights', 'tokenizer'],
  architecture: ['onnx', 'weights'],
  runtime: ['architecture', 'onnx', 'weights'],
  state: ['runtime'],
  decoding: ['tokenizer'],
  prompt: ['tokenizer'],
  completion: ['prompt', 'state', 'decoding', 'runtime', 'tokenizer'],
  worker: ['completion', 'runtime'],
  cli: ['worker', 'completion', 'prompt', 'decoding', 'runtime', 'tokenizer', 'weights', 'library'],
};

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', '.vscode-test/', 'engine/training/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, importX.flatConfigs.typescript],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...['*.ts', '!(cli)/**', 'cli/*.ts', 'cli/!(evaluate)/**'].map((engine) =>
              zone(`engine/${engine}`, 'extension'),
            ),
            // The evaluation shows what the editor would.
            zone('engine/cli/evaluate', 'extension', ['./completion/filters']),
            zone('engine', 'test'),
            zone('extension', 'test'),
            zone('extension', 'engine', ['./index.ts']),
            ...Object.entries(layers).map(([folder, uses]) =>
              zone(
                `engine/${folder}`,
                'engine',
                [`./${folder}`, ...ground, ...uses.map((use) => `./${use}`)].map((p) =>
                  p.startsWith('./') ? p : `./${p}`,
                ),
              ),
            ),
          ],
        },
      ],
    },
  },
  {
    files: ['engine/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'The engine knows no editor.' }] },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
