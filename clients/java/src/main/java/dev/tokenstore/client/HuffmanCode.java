package dev.tokenstore.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// The Huffman code of HPACK (RFC 7541, appendix B). It is canonical, so the lengths of the codes define it.
final class HuffmanCode {
    /// The length of each byte's code and of the end mark's: `a` is 5 bits, `z` is 30.
    private static final String LENGTHS =
            "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibccccccccccccccccccccccdcdioijb"
                    + "kabababbbaccbbbabcbaabccccckgjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrs"
                    + "vvporsruvvvwwvtuoqvwwvwtqqvvxwwwptpqrqqsrruuttvsvwvvwwwwwxwwwwwvz";

    private static final int LONGEST = 30;
    private static final int END = 256;

    /// The symbols in the order of their codes.
    private static final int[] SYMBOLS = new int[LENGTHS.length()];
    /// How many codes have a length.
    private static final int[] COUNTS = new int[LONGEST + 1];

    static {
        var next = 0;
        for (var length = 1; length <= LONGEST; length++) {
            for (var symbol = 0; symbol < LENGTHS.length(); symbol++) {
                if (LENGTHS.charAt(symbol) - 'a' + 5 == length) {
                    SYMBOLS[next++] = symbol;
                    COUNTS[length]++;
                }
            }
        }
    }

    private HuffmanCode() {}

    /// @throws IOException if the bytes are no text in this code
    static byte[] decode(byte[] encoded) throws IOException {
        var decoded = new ByteArrayOutputStream();
        var length = 0;
        var code = 0;
        var firstOfLength = 0;
        var codesBefore = 0;
        for (var bit = 0; bit < encoded.length * 8; bit++) {
            code = code << 1 | encoded[bit / 8] >> (7 - bit % 8) & 1;
            firstOfLength = (firstOfLength + COUNTS[length]) << 1;
            codesBefore += COUNTS[length];
            length++;
            if (length > LONGEST) {
                throw new IOException("malformed header fields");
            }
            if (code - firstOfLength < COUNTS[length]) {
                var symbol = SYMBOLS[codesBefore + code - firstOfLength];
                if (symbol == END) {
                    throw new IOException("malformed header fields");
                }
                decoded.write(symbol);
                length = 0;
                code = 0;
                firstOfLength = 0;
                codesBefore = 0;
            }
        }
        // what fills the last byte is the beginning of the end mark, all ones
        if (length > 7 || code != (1 << length) - 1) {
            throw new IOException("malformed header fields");
        }
        return decoded.toByteArray();
    }
}
