import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Completer } from '../../completion/completer.ts';
import { BadInputError, describe } from '../../errors.ts';
import { unreadable } from '../../weights/json-file.ts';
import { passes } from './sandbox.ts';
import { answer, requestAt, SYSTEMS, type System } from './systems.ts';

/** A function with a line taken out (HumanEval single-line infilling; Bavarian et al. 2022, arXiv 2207.14255). */
export interface Problem {
  task_id: string;
  entry_point: string;
  prompt: string;
  suffix: string;
  canonical_solution: string;
  test: string;
}

export interface HumanEvalFigures {
  system: System;
  problems: number;
  /** The share of problems whose tests pass with the first text. */
  pass_at_1: number;
  exact: number;
}

const FIELDS = ['task_id', 'entry_point', 'prompt', 'suffix', 'canonical_solution', 'test'] as const;

const ACTION = 'Take the file from openai/human-eval-infilling.';

/** Reads problems, one JSON object a line, perhaps packed by gzip. @throws BadInputError naming the line that is none, or if there is none or the file cannot be read */
export async function readProblems(path: string): Promise<Problem[]> {
  const text = await unpacked(path);
  const problems = text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = line;
    }
    const fields = value as Record<string, unknown>;
    if (
      typeof value === 'object' &&
      value !== null &&
      FIELDS.every((name) => typeof fields[name] === 'string')
    )
      return [value as Problem];
    throw new BadInputError({
      source: path,
      field: `line ${at + 1}`,
      expected: `a JSON object with ${FIELDS.join(', ')}`,
      found: describe(value),
      action: ACTION,
    });
  });
  if (problems.length > 0) return problems;
  throw new BadInputError({
    source: path,
    expected: 'a problem a line',
    found: 'an empty file',
    action: ACTION,
  });
}

async function unpacked(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (bytes[0] !== 0x1f) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new BadInputError(
      { source: path, expected: 'a file packed by gzip', found, action: ACTION },
      { cause: error },
    );
  }
}

/** Asks all systems for the missing line of every problem, and runs its tests. */
export async function evaluateProblems(
  completer: Completer,
  problems: readonly Problem[],
): Promise<HumanEvalFigures[]> {
  const good = { cache: 0, model: 0, both: 0 };
  const exact = { cache: 0, model: 0, both: 0 };
  completer.cache?.clear();
  for (const { prompt, suffix, canonical_solution: solution, test, entry_point: name } of problems) {
    // The line's indentation stands there already, as in an editor; its end belongs to the suffix.
    const indentation = /^[ \t]*/.exec(solution)?.[0] ?? '';
    const prefix = prompt + indentation;
    const request = requestAt({ kind: 'line', path: 'solution.py', prefix, suffix: `\n${suffix}` });
    for (const system of SYSTEMS) {
      const { text } = await answer(completer, system, request);
      const isExact = text.trimEnd() === solution.trim();
      if (isExact) exact[system]++;
      const program = `${prefix}${text}\n${suffix}\n${test}\ncheck(${name})\n`;
      if (await passes(program)) good[system]++;
    }
    completer.drop('solution.py');
  }
  const count = Math.max(1, problems.length);
  return SYSTEMS.map((system) => ({
    system,
    problems: problems.length,
    pass_at_1: good[system] / count,
    exact: exact[system] / count,
  }));
}
