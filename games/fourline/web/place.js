/** Where discs lie, and where the next one would. Pure: the server decides, this only says so beforehand. */

export const COLUMNS = 7;
export const ROWS = 6;
export const EMPTY = ".";

/**
 * How many discs are in a column.
 * @param {string} board
 * @param {number} column
 */
export function heightOf(board, column) {
  let height = 0;
  for (let row = 0; row < ROWS; row += 1) height += Number(board[row * COLUMNS + column] !== EMPTY);
  return height;
}

/**
 * The cell where a disc in that column would come to rest; below 0 if it is full. The cell below is that of
 * the column's highest disc.
 * @param {string} board
 * @param {number} column
 */
export function landingOf(board, column) {
  return (ROWS - 1 - heightOf(board, column)) * COLUMNS + column;
}
