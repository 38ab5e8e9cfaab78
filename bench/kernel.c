/* The planes of stored codes: see kernel.py, which appends the rules. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint64_t word;

enum { SINGLE, SCALE, MULTIPLE };
enum { ROWS = 64, WIDEST = 256 };

/* Swaps the parts of two words that a mask and a distance name. */
static inline void swap(word *one, word *other, int distance, word mask)
{
    word different = ((*one >> distance) ^ *other) & mask;
    *other ^= different;
    *one ^= different << distance;
}

/* Eight words of eight bytes: rows become columns. */
static inline void transpose(word tile[8])
{
    for (int i = 0; i < 4; i++)
        swap(&tile[i], &tile[i + 4], 32, 0x00000000FFFFFFFF);
    for (int i = 0; i < 8; i += 4)
        for (int j = i; j < i + 2; j++)
            swap(&tile[j], &tile[j + 2], 16, 0x0000FFFF0000FFFF);
    for (int i = 0; i < 8; i += 2)
        swap(&tile[i], &tile[i + 1], 8, 0x00FF00FF00FF00FF);
}

/* One digit of 64 bytes as a word: the multiplication gathers eight bits at a time. */
static inline word digit_of(const uint8_t column[ROWS], int digit)
{
    word found = 0;
    for (int i = 0; i < ROWS; i += 8) {
        word eight;
        memcpy(&eight, column + i, 8);
        eight = (eight >> digit) & 0x0101010101010101;
        found |= ((eight * 0x0102040810204080) >> 56) << i;
    }
    return found;
}

/* The planes of one question in one word, from the digits of its codes. */
static inline void decode(const word *digits, int number, int kind, int size, size_t words, word *out)
{
    word known = 0;
    for (int d = 0; d < number; d++)
        known |= digits[d];
    out[0] = known;
    if (kind == MULTIPLE) {
        word borrow = known;
        for (int option = 0; option < size; option++) {
            out[(option + 1) * words] = digits[option] ^ borrow;
            borrow &= ~digits[option];
        }
        return;
    }
    word above = 0;
    for (int value = size; value > 0; value--) {
        word equal = known;
        for (int d = 0; d < number; d++)
            equal &= value >> d & 1 ? digits[d] : ~digits[d];
        above = kind == SCALE ? above | equal : equal;
        out[value * words] = above;
    }
}

static int digits_of(int kind, int size)
{
    int number = 0;
    for (long greatest = kind == MULTIPLE ? 1L << size : size; greatest; greatest >>= 1)
        number++;
    return number;
}

void build(const uint16_t *codes, size_t rows, size_t width, const int *kinds, const int *sizes, word *planes)
{
    size_t words = (rows + ROWS - 1) / ROWS;
    static uint8_t lines[ROWS][WIDEST], columns[WIDEST][ROWS];
    int numbers[WIDEST];
    for (size_t q = 0; q < width; q++)
        numbers[q] = digits_of(kinds[q], sizes[q]);
    for (size_t w = 0; w < words; w++) {
        const uint16_t *at = codes + w * ROWS * width;
        size_t here = rows - w * ROWS < ROWS ? rows - w * ROWS : ROWS;
        if (here < ROWS)
            memset(lines, 0, sizeof lines);
        for (size_t r = 0; r < here; r++)
            for (size_t q = 0; q < width; q++)
                lines[r][q] = (uint8_t)at[r * width + q];
        for (size_t r = 0; r < ROWS; r += 8)
            for (size_t q = 0; q < width; q += 8) {
                word tile[8];
                for (int i = 0; i < 8; i++)
                    memcpy(&tile[i], &lines[r + i][q], 8);
                transpose(tile);
                for (int i = 0; i < 8; i++)
                    memcpy(&columns[q + i][r], &tile[i], 8);
            }
        word *out = planes + w;
        for (size_t q = 0; q < width; q++) {
            word digits[17];
            for (int d = 0; d < numbers[q] && d < 8; d++)
                digits[d] = digit_of(columns[q], d);
            if (numbers[q] > 8) {
                uint8_t upper[ROWS] = {0};
                for (size_t r = 0; r < here; r++)
                    upper[r] = (uint8_t)(at[r * width + q] >> 8);
                for (int d = 8; d < numbers[q]; d++)
                    digits[d] = digit_of(upper, d - 8);
            }
            decode(digits, numbers[q], kinds[q], sizes[q], words, out);
            out += (sizes[q] + 1) * words;
        }
    }
}
