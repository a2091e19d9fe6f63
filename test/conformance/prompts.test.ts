import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { BadInputError } from '../../engine/errors.ts';
import type { CompletionContext } from '../../engine/index.ts';
import {
  buildPrompt,
  chooseFimFormat,
  possibleFimFormats,
  type FimFormatName,
} from '../../engine/prompt/index.ts';
import { loadTokenizer, type Tokenizer } from '../../engine/tokenizer/index.ts';
import { markedTokenizer, picture } from '../unit/prompt/marked-tokenizer.ts';

const ours = markedTokenizer('<|bos|> <|end|> <|path|> <|suffix|> <|prefix|> <|tail|> <|middle|>');
const mistral = markedTokenizer('<s> </s> [SUFFIX] [PREFIX] [MIDDLE] [INST] [/INST]');
const granite = markedTokenizer(
  '<|fim_prefix|> <|fim_suffix|> <|fim_middle|> <|end_of_text|> <|start_of_role|> <|end_of_role|>',
);
const neox = markedTokenizer('<|endoftext|> <|padding|>');

/** The document with the cursor, and the prompt with each marker as it is written. */
interface Case {
  it: string;
  tokenizer: Tokenizer;
  format: FimFormatName;
  document: string;
  context?: Partial<CompletionContext>;
  tailLines?: number;
  /** Whether the format is asked for by its name. */
  isNamed?: true;
  prompt: string;
}

const cases: Case[] = [
  {
    it: 'header, suffix from the next line, prefix, tail',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'a\nfoo(█)\nb\nc\n',
    context: { path: 'src/a.ts', languageId: 'typescript' },
    prompt: '<|bos|><|path|>typescript src/a.ts<|suffix|>b\nc\n<|prefix|><|tail|>)<|middle|>a\nfoo(',
  },
  {
    it: 'no header without language and path, no tail at the end of a line',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'a\nfoo(█\nb\n',
    prompt: '<|bos|><|suffix|>b\n<|prefix|><|middle|>a\nfoo(',
  },
  {
    it: 'a header with the language alone',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'a█',
    context: { languageId: 'go' },
    prompt: '<|bos|><|path|>go<|suffix|><|prefix|><|middle|>a',
  },
  {
    it: 'an empty document',
    tokenizer: ours,
    format: 'mamba-complete',
    document: '█',
    prompt: '<|bos|><|suffix|><|prefix|><|middle|>',
  },
  {
    it: 'two lines in the tail, the suffix after them',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'foo(█)\nb\nc\nd\n',
    tailLines: 2,
    prompt: '<|bos|><|suffix|>d\n<|prefix|><|tail|>)\nb\nc<|middle|>foo(',
  },
  {
    it: 'a tail that begins with the line end',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'foo█\n\nc\nd',
    tailLines: 2,
    prompt: '<|bos|><|suffix|>d<|prefix|><|tail|>\n\nc<|middle|>foo',
  },
  {
    it: 'fewer lines than the tail asks for',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'foo(█)\nb\n',
    tailLines: 12,
    prompt: '<|bos|><|suffix|><|prefix|><|tail|>)\nb<|middle|>foo(',
  },
  {
    it: 'fewer lines in the tail where they are long',
    tokenizer: ours,
    format: 'mamba-complete',
    document: `foo(█)\n${'b'.repeat(60)}\n${'c'.repeat(60)}\n`,
    tailLines: 2,
    prompt: `<|bos|><|suffix|>${'c'.repeat(60)}\n<|prefix|><|tail|>)\n${'b'.repeat(60)}<|middle|>foo(`,
  },
  {
    it: 'a rest of the line that is cut',
    tokenizer: ours,
    format: 'mamba-complete',
    document: `a█${'😀'.repeat(50_000)}\nb`,
    prompt: `<|bos|><|suffix|>b<|prefix|><|tail|>${'😀'.repeat(24)}<|middle|>a`,
  },
  {
    it: 'what stands further up than the recent lines is the prefix',
    tokenizer: ours,
    format: 'mamba-complete',
    document: '1\n2\n3\n4\n5\n6\nfoo(█)\nb\n',
    prompt: '<|bos|><|suffix|>b\n<|prefix|>1\n2\n3\n4\n<|tail|>)<|middle|>5\n6\nfoo(',
  },
  {
    it: 'LF for CRLF',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'a\r\nb█\r\nc\r\n',
    prompt: '<|bos|><|suffix|>c\n<|prefix|><|middle|>a\nb',
  },
  {
    it: 'markers in the text stay text',
    tokenizer: ours,
    format: 'mamba-complete',
    document: 'x = "<|end|>█"',
    prompt: '<|bos|><|suffix|><|prefix|><|tail|>"<|middle|>x = "‹|end|›',
  },
  {
    it: 'Mistral: the suffix from the cursor first, no [MIDDLE]',
    tokenizer: mistral,
    format: 'mistral',
    document: 'a\nfoo(█)\nb\n',
    context: { path: 'src/a.ts', languageId: 'typescript' },
    tailLines: 3,
    prompt: '<s>[SUFFIX])\nb\n[PREFIX] a\nfoo(',
  },
  {
    it: 'Granite: the prefix first',
    tokenizer: granite,
    format: 'prefix-suffix-middle',
    document: 'foo(█)\nb\n',
    prompt: '<|fim_prefix|>foo(<|fim_suffix|>)\nb\n<|fim_middle|>',
  },
  {
    it: 'Granite: the order of half of the samples in training, the prefix last',
    tokenizer: granite,
    format: 'suffix-prefix-middle',
    isNamed: true,
    document: 'foo(█)\nb\n',
    prompt: '<|fim_prefix|><|fim_suffix|>)\nb\n<|fim_middle|>foo(',
  },
  {
    it: 'Granite: the plain order',
    tokenizer: granite,
    format: 'suffix-first',
    isNamed: true,
    document: 'foo(█)\nb\n',
    prompt: '<|fim_suffix|>)\nb\n<|fim_prefix|>foo(<|fim_middle|>',
  },
  {
    it: "Mistral's chat: the answer has begun with the last lines before the cursor",
    tokenizer: mistral,
    format: 'instruct',
    isNamed: true,
    document: '1\n2\n3\n4\n5\n6\nfoo(█)\nb\n',
    context: { path: 'src/a.ts', languageId: 'typescript' },
    prompt:
      '<s>[INST] Complete the code of a file at the cursor.\nThe file: typescript src/a.ts\n' +
      'The code after the cursor:\n```\n)\nb\n\n```\nThe code before the cursor:\n```\n1\n2\n3\n4\n```\n' +
      'Continue it exactly where it breaks off, up to where the code after the cursor follows. Answer with code only.' +
      '[/INST] ```\n5\n6\nfoo(',
  },
  {
    it: "Granite's chat",
    tokenizer: granite,
    format: 'instruct',
    isNamed: true,
    document: 'foo(█)\nb',
    prompt:
      '<|start_of_role|>user<|end_of_role|>Complete the code of a file at the cursor.\n' +
      'The code after the cursor:\n```\n)\nb\n```\nThe code before the cursor:\n```\n```\n' +
      'Continue it exactly where it breaks off, up to where the code after the cursor follows. Answer with code only.' +
      '<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>```\nfoo(',
  },
  {
    it: 'without markers, the prefix only',
    tokenizer: neox,
    format: 'continuation',
    document: 'foo(█)\nb\n',
    prompt: 'foo(',
  },
];

describe('Prompts', () => {
  for (const { it: title, tokenizer, format, document, context, tailLines, isNamed, prompt } of cases) {
    it(`${format}: ${title}`, () => {
      const [prefix = '', suffix = ''] = document.split('█');
      const full = { prefix, suffix, prefixOffset: 0, path: '', languageId: '', ...context };
      const chosen = chooseFimFormat(tokenizer, isNamed && format);
      assert.equal(chosen.name, format);
      const budget = {
        prefixTokens: 100,
        suffixTokens: 100,
        ...(tailLines === undefined ? {} : { tailLines }),
      };
      const built = buildPrompt(full, budget, chosen, tokenizer);
      assert.equal(picture(tokenizer, built.ids), prompt);
      assert.ok(built.endIds.length > 0);
    });
  }

  it('takes the format that is named', () => {
    assert.equal(chooseFimFormat(mistral, 'continuation').name, 'continuation');
  });

  it('knows which formats a vocabulary can form', () => {
    assert.deepEqual(possibleFimFormats(ours), ['mamba-complete', 'continuation']);
    assert.deepEqual(possibleFimFormats(mistral), ['mistral', 'instruct', 'continuation']);
    assert.deepEqual(possibleFimFormats(granite), [
      'prefix-suffix-middle',
      'suffix-prefix-middle',
      'suffix-first',
      'instruct',
      'continuation',
    ]);
    assert.deepEqual(possibleFimFormats(neox), ['continuation']);
  });

  it('refuses a format that the vocabulary has no markers for, or that does not exist', () => {
    const refusal = (found: RegExp) => (error: unknown) =>
      error instanceof BadInputError && found.test(error.message);
    assert.throws(() => chooseFimFormat(neox, 'mistral'), refusal(/mistral: expected .*<s>/));
    assert.throws(() => chooseFimFormat(neox, 'instruct'), refusal(/instruct: expected .*<s>/));
    assert.throws(() => chooseFimFormat(neox, 'fim'), refusal(/one of mamba-complete, mistral.*"fim"/));
  });
});

const mistralFile = '../shared/data/tokenizer/mistral_instruct_tokenizer_240323.model.v3';

describe('Prompts of Codestral Mamba, as mistral-common encodes them', () => {
  let tokenizer: Tokenizer;
  before(async function () {
    if (!existsSync(mistralFile)) {
      console.log(`      skipped: ${mistralFile} is not here`);
      this.skip();
    }
    tokenizer = await loadTokenizer(mistralFile);
  });

  const goldens: [string, string, string][] = [
    ['def f(', 'return a + b', '1 13 1575 1032 1416 1055 11 1569 1053 29500'],
    [
      'def f(a, b):\n    ',
      '\n    return c\n',
      '1 13 781 3055 1372 1045 781 11 1569 1053 29500 29476 29493 1055 2097 781 1028',
    ],
    ['    x = ', ')\n', '1 13 29499 781 11 1028 2086 1095 29473'],
    ['def f(', '', '1 13 11 1569 1053 29500'],
  ];
  for (const [prefix, suffix, ids] of goldens) {
    it(JSON.stringify(`${prefix}█${suffix}`), () => {
      const format = chooseFimFormat(tokenizer);
      const context = { prefix, suffix, prefixOffset: 0, path: 'a.py', languageId: 'python' };
      const prompt = buildPrompt(context, { prefixTokens: 100, suffixTokens: 100 }, format, tokenizer);
      assert.equal(prompt.ids.join(' '), ids);
      assert.deepEqual(prompt.endIds, [2]);
      assert.equal(prompt.ids[prompt.suffixEnd], 11);
      assert.equal(prompt.ids[prompt.prefixStart - 1], 11);
      assert.equal(prompt.prefixEnd, prompt.ids.length);
    });
  }
});
