// planted: lint/correctness/noUndeclaredDependencies

import "vite";
