/** class-transformer ships its metadata storage without types; schemas of nested classes need it. */
declare module 'class-transformer/cjs/storage.js' {
  import type { MetadataStorage } from 'class-transformer/types/MetadataStorage';
  const storage: { readonly defaultMetadataStorage: MetadataStorage };
  export default storage;
}
