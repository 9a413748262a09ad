/**
 * The bill of materials of what runs in production. npm writes it for everything that is locked; its own `--omit=dev` also leaves out
 * packages that development and production share (npm 11, seen), so what only development needs is taken out here.
 */
import { licensedPackages } from './licences-page.js';

interface Component {
  readonly 'bom-ref': string;
  readonly [field: string]: unknown;
}

/** CycloneDX, as far as it is touched here. */
export interface BillOfMaterials {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly [field: string]: unknown;
}

/** @param lockfile the text of package-lock.json. */
export function inProduction(bill: BillOfMaterials, lockfile: string): BillOfMaterials {
  const kept = new Set(licensedPackages(lockfile).map(({ name, version }) => `${name}@${version}`));
  const root = bill.metadata.component['bom-ref'];
  return {
    ...bill,
    components: bill.components.filter((component) => kept.has(component['bom-ref'])),
    dependencies: bill.dependencies
      .filter(({ ref }) => ref === root || kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) })),
  };
}
