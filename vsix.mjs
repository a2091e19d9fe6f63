// Packages the extension for one platform from any machine: `npm run package -- linux-x64 [file.vsix]`.
// Without a platform: this machine's. onnxruntime-node carries the binaries of all of them, 290 MB, of which each package gets
// its own; .vscodeignore cannot know the platform, so the last lines of the ignore list are written here.
import { createVSIX } from '@vscode/vsce';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What onnxruntime-node has binaries for. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64', 'darwin-arm64'];

const target = process.argv[2] ?? `${process.platform}-${process.arch}`;
if (!PLATFORMS.includes(target)) {
  console.error(`Cannot package for ${target}: choose one of ${PLATFORMS.join(', ')}.`);
  process.exit(1);
}
const root = import.meta.dirname;
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const packagePath = process.argv[3] ?? join(root, `${name}-${target}-${version}.vsix`);

const binaries = `node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}`;
// The Mac's library comes twice; the binding asks for the name with the major version only.
const wanted =
  target === 'darwin-arm64'
    ? ['onnxruntime_binding.node', 'libonnxruntime.1.dylib'].map((file) => `!${binaries}/${file}`)
    : [`!${binaries}/**`];

execFileSync(process.execPath, [join(root, 'esbuild.mjs'), 'product'], { cwd: root, stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'mamba-complete-vsix-'));
try {
  const ignoreFile = join(folder, '.vscodeignore');
  writeFileSync(ignoreFile, [readFileSync(join(root, '.vscodeignore'), 'utf8'), ...wanted, ''].join('\n'));
  await createVSIX({ cwd: root, target, packagePath, ignoreFile });
} finally {
  rmSync(folder, { recursive: true });
}
