/** From logits and ids to the text of a completion. Pure functions and small classes, no tensors. */

export type { RuleStop } from './cut.ts';
export { LocalCache } from './cache/local-cache.ts';
export { type Choice, Mixing } from './cache/mixing.ts';
export { scanBrackets, type Scan } from './brackets.ts';
export { type Confident, confidentPart, type Step, SUGGESTIONS, type Suggestions } from './confidence.ts';
export { ForcedStart, unfinishedWord } from './forced-start.ts';
export { greedy } from './greedy.ts';
export { likeliest } from './likeliest.ts';
export { type Draft, NO_DRAFT, PromptLookup } from './prompt-lookup.ts';
export { withoutRedeclaration } from './redeclaration.ts';
export type { StopContext, TextLines } from './scope.ts';
export { StopRule } from './stop-rule.ts';
export { TextStream } from './text-stream.ts';
