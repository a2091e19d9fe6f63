import { readFileSync } from 'node:fs';

/** The parts of package.json that tests hold the code to. */
export interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, { command: string }[]>;
    configuration: { properties: Record<string, Property> };
    walkthroughs: { steps: { id: string; description: string; media: { markdown: string } }[] }[];
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  icon: string;
}

export interface Property {
  type: string;
  default: unknown;
  scope: string;
  order: number;
  markdownDescription: string;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  markdownEnumDescriptions?: string[];
}

export const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
