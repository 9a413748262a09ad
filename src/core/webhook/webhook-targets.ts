/**
 * Port: which addresses events may be posted to.
 */
export abstract class WebhookTargets {
  /** @throws CordboardError `bad-input`, naming `webhookUrl` and what to do about it. */
  abstract check(url: string): Promise<void>;
}
