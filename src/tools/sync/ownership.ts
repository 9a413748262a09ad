/**
 * Which tools of an ElevenLabs workspace are ours. A workspace is shared by services, by stages and by people, names in it need not be
 * unique, and a list of ids that is kept here would be lost with our database while the tools stay. So each tool that we make carries
 * its owner with it: at the end of its description, the one text of a tool that ElevenLabs is known to keep as it is.
 */
import type { Environment } from '../../config/environment.js';

const MARK = /\s*\[cordboard:([A-Za-z0-9._:-]{1,128})\]\s*$/;

export function ownerOf({
  TOOLS_OWNER,
  PUBLIC_URL,
}: Pick<Environment, 'TOOLS_OWNER' | 'PUBLIC_URL'>): string {
  return TOOLS_OWNER ?? defaultOwner(PUBLIC_URL);
}

/** By default the public host, which replicas share and stages do not. */
export function defaultOwner(publicUrl: string): string {
  return new URL(publicUrl).host.replace(/[^A-Za-z0-9._:-]/g, '');
}

export function marked(description: string, owner: string): string {
  return `${description} [cordboard:${owner}]`;
}

/** The owner that a description names; undefined for tools that no service like this one made. */
export function ownerIn(description: string): string | undefined {
  return MARK.exec(description)?.[1];
}

export function withoutMark(description: string): string {
  return description.replace(MARK, '');
}
