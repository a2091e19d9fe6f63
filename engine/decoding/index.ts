/** From logits and ids to the text of a completion. Pure functions and small classes, no tensors. */

export type { RuleStop } from './cut.ts';
export { scanBrackets, type Scan } from './brackets.ts';
export { ForcedStart, unfinishedWord } from './forced-start.ts';
export { greedy } from './greedy.ts';
export { likeliest } from './likeliest.ts';
export { type Draft, PromptLookup } from './prompt-lookup.ts';
export type { StopContext, TextLines } from './scope.ts';
export { StopRule } from './stop-rule.ts';
export { TextStream } from './text-stream.ts';
