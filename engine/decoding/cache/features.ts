import { MOST_ORDER, type Evidence } from './evidence.ts';
import { KIND_COUNT, type TokenKinds } from './token-kinds.ts';

/** Numbers that describe a candidate; their meanings stand in {@link describe}. */
const NUMBERS = 23;
/** After the numbers, ones for what it begins with and for what the token before it ends with. */
export const FEATURES = NUMBERS + 2 * KIND_COUNT;
const LEAST = 1e-6;

const logOf = (probability: number): number => Math.log(Math.max(probability, LEAST)) / 4;

/** The line at a place. */
export interface Line {
  /** The token before, in the same line. */
  before: number | undefined;
  /** That it opens, less those that it closes. */
  brackets: number;
  isQuoted: boolean;
}

/** What is known of all candidates at one place. */
export interface Surroundings {
  file: Evidence;
  project: Evidence;
  /** The model's largest probability; 0 without a model. */
  modelTop: number;
  lineEnd: number;
  kinds: TokenKinds;
  line: Line;
}

/** Writes a candidate's features to x from `offset` on. @param model its probability by the model, undefined without one */
export function describe(
  x: Float32Array,
  offset: number,
  around: Surroundings,
  id: number,
  model: number | undefined,
  /** How often the token stands in the file. */
  count: number,
): void {
  const { file, project, modelTop, lineEnd, kinds, line } = around;
  const inFile = file.indexOf(id);
  const inProject = project.indexOf(id);
  const byFile = inFile < 0 ? undefined : file.support(inFile);
  const byProject = inProject < 0 ? undefined : project.support(inProject);
  const fileOrder = (file.longest[inFile] ?? 0) / MOST_ORDER;
  const projectOrder = (project.longest[inProject] ?? 0) / MOST_ORDER;
  const values = [
    model === undefined ? 0 : logOf(model),
    logOf(file.probabilities[inFile] ?? 0),
    logOf(project.probabilities[inProject] ?? 0),
    fileOrder,
    projectOrder,
    file.best.id === id ? 1 : 0,
    project.best.id === id ? 1 : 0,
    Math.min(file.best.length, MOST_ORDER) / MOST_ORDER,
    Math.min(project.best.length, MOST_ORDER) / MOST_ORDER,
    byFile === undefined ? 0 : Math.log1p(byFile.count) / 2,
    byProject === undefined ? 0 : Math.log1p(byProject.count) / 2,
    byFile === undefined ? 0 : byFile.count / byFile.of,
    byProject === undefined ? 0 : byProject.count / byProject.of,
    Math.log1p(count) / 4,
    model === undefined ? 0 : logOf(modelTop),
    model !== undefined && model >= modelTop ? 1 : 0,
    id === lineEnd ? 1 : 0,
    id < 0 ? 1 : 0,
    Math.min(file.ids.length, 32) / 32,
    Math.min(project.ids.length, 32) / 32,
    line.brackets > 0 ? 1 : 0,
    line.brackets < 0 ? 1 : 0,
    line.isQuoted ? 1 : 0,
  ];
  x.set(values, offset);
  x[offset + NUMBERS + kinds.start(id)] = 1;
  x[offset + NUMBERS + KIND_COUNT + kinds.end(line.before ?? -1)] = 1;
}
