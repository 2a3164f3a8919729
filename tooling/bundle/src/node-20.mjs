/**
 * Functions of ES2024 that Node 20 does not have. The sources are compiled with the library of ES2024, which has no other
 * such function, so that the bundle runs on Node 20.
 */
export const withResolvers = () => {
  let resolve;
  let reject;
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

export const mapGroupBy = (items, keyOf) => {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

export const objectGroupBy = (items, keyOf) => {
  const groups = Object.create(null);
  for (const [key, group] of mapGroupBy(items, keyOf)) groups[key] = group;
  return groups;
};
