/** Two-sided 95 % point of the standard normal distribution, as the reports print it. */
export const Z95 = 1.959964;
