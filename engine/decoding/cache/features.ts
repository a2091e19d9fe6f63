import { MOST_ORDER, type Evidence } from './evidence.ts';

/** Numbers that describe a candidate; their meanings stand in {@link describe}. */
export const FEATURES = 20;
const LEAST = 1e-6;

const logOf = (probability: number): number => Math.log(Math.max(probability, LEAST)) / 4;

/** What is known of all candidates at one place. */
export interface Surroundings {
  file: Evidence;
  project: Evidence;
  /** The model's largest probability; 0 without a model. */
  modelTop: number;
  lineEnd: number;
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
  const { file, project, modelTop, lineEnd } = around;
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
  ];
  for (let at = 0; at < FEATURES; at++) x[offset + at] = values[at] ?? 0;
}
