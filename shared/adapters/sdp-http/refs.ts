export type Collection =
  'volumes' | 'volume_groups' | 'snapshots' | 'hosts' | 'host_iqns' | 'mappings' | 'retention_policies';

/** `/snapshots/12`: how one object names another, and also its path below `/api/v2`. */
export const refTo = (collection: Collection, id: number): string => `/${collection}/${id}`;

/** As it is written into a body. */
export const refBody = (ref: string): { readonly ref: string } => ({ ref });

/** The id in a ref to that collection; undefined for null and for a ref to another collection. */
export const idIn = (ref: string | null, collection: Collection): number | undefined => {
  const id = ref === null ? undefined : new RegExp(`^/${collection}/(\\d+)$`).exec(ref)?.[1];
  return id === undefined ? undefined : Number(id);
};
