import { readdirSync, readFileSync } from 'node:fs';
import { unfinishedWord } from '../../engine/decoding/index.ts';
import { buildPrompt, chooseFimFormat, type CompletionContext } from '../../engine/prompt/index.ts';
import { openModel } from '../../engine/runtime/open-model.ts';
import { loadTokenizer } from '../../engine/tokenizer/index.ts';
import { seededRandom } from '../../engine/seeded-random.ts';
import { coldText } from '../fixtures/cold-text.ts';
import { printTable } from './table.ts';

const MODEL = 'engine/bundled';
/** Source that the model has not seen: this project's own. */
const FOLDERS = ['engine', 'extension', 'test/unit'];
const ARRANGEMENTS = [0, 1, 4, 8, 12].flatMap((tailLines) =>
  [0, 1].map((recentSteps) => ({ tailLines, recentSteps })),
);
const SPANS = 400;
const WINDOW = { prefixTokens: 1500, suffixTokens: 500 };
const ASKED = { lines: 'single', maxTokens: 40 } as const;

/**
 * Whether lines below the cursor that stand in the tail instead of the suffix cost quality: the rest of a line, from a word's start
 * on, is asked for at the same places with each number of lines. A place counts only where all of those lines fit.
 */
export async function benchBridging(threads: number): Promise<void> {
  const model = await openModel(MODEL, { threads });
  const { session } = model;
  const tokenizer = await loadTokenizer(MODEL);
  const format = chooseFimFormat(tokenizer);
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      // Files that the model was made from may lie there.
      .filter((name) => name.endsWith('.ts') && !name.startsWith('training'))
      .map((name) => `${folder}/${name}`),
  ).sort();
  const random = seededRandom(11);
  const right = ARRANGEMENTS.map(() => ({ exact: 0, start: 0 }));
  let spans = 0;
  while (spans < SPANS) {
    const path = files[Math.floor(random() * files.length)] ?? '';
    const span = spanOf(path, readFileSync(path, 'utf8'), random());
    if (span === undefined) continue;
    const word = unfinishedWord(span.context.prefix);
    const prefix = span.context.prefix.slice(0, -word.length || undefined);
    const prompts = ARRANGEMENTS.map((arrangement) =>
      buildPrompt({ ...span.context, prefix }, { ...WINDOW, ...arrangement }, format, tokenizer),
    );
    if (prompts.some(({ tailLines }, at) => tailLines !== ARRANGEMENTS[at]?.tailLines)) continue;
    spans++;
    for (const [at, prompt] of prompts.entries()) {
      const text = await coldText({ session, tokenizer, format }, prompt.ids, {
        ...ASKED,
        context: span.context,
      });
      const counts = right[at];
      if (counts === undefined) continue;
      if (text === span.middle) counts.exact++;
      if (firstWord(text) === firstWord(span.middle)) counts.start++;
    }
  }
  const share = (count: number): string => `${((100 * count) / SPANS).toFixed(1)} %`;
  printTable(
    `The rest of a line at ${SPANS} places, with so many lines below it in the tail, bundled model`,
    ['lines in the tail', 'recent text', 'exact', 'first word right'],
    ARRANGEMENTS.map(({ tailLines, recentSteps }, at) => {
      const { exact, start } = right[at] ?? { exact: 0, start: 0 };
      return [
        String(tailLines),
        recentSteps === 0 ? '2 to 5 lines' : '6 to 9 lines',
        share(exact),
        share(start),
      ];
    }),
  );
  await model.close();
}

const firstWord = (text: string): string => /^\s*(?:[\w$]+|[^\w\s]+)/.exec(text)?.[0] ?? '';

/** A place at a word's start, some way into a line, with at least twelve lines below it. */
function spanOf(
  path: string,
  text: string,
  chance: number,
): { context: CompletionContext; middle: string } | undefined {
  const lines = text.split('\n');
  const line = Math.floor(chance * Math.max(0, lines.length - 13));
  const words = [...(lines[line] ?? '').matchAll(/(?<=\S )\b\w/g)];
  const word = words[Math.floor(((chance * 7919) % 1) * words.length)];
  if (word === undefined) return undefined;
  const at = lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, word.index);
  const middle = (lines[line] ?? '').slice(word.index);
  const context = {
    prefix: text.slice(0, at),
    suffix: text.slice(at + middle.length),
    prefixOffset: 0,
    path,
    languageId: 'typescript',
  };
  return { context, middle };
}
