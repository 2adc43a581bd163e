// planted: lint/correctness/noUndeclaredDependencies
// planted: TS2882

import "left-pad";
