package dev.tokenstore.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The header fields of an HTTP/2 message in the format of HPACK (RFC 7541).
///
/// Writes them uncompressed. Reads every form except entries of the dynamic table: the connection tells the server that
/// this table has no room.
final class HeaderBlock {
    /// The static table, from index 1 on: names, and values behind `=`.
    private static final String[] STATIC_TABLE = (":authority|:method=GET|:method=POST|:path=/|:path=/index.html"
                    + "|:scheme=http|:scheme=https|:status=200|:status=204|:status=206|:status=304|:status=400|:status=404"
                    + "|:status=500|accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|accept"
                    + "|access-control-allow-origin|age|allow|authorization|cache-control|content-disposition"
                    + "|content-encoding|content-language|content-length|content-location|content-range|content-type"
                    + "|cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range"
                    + "|if-unmodified-since|last-modified|link|location|max-forwards|proxy-authenticate"
                    + "|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie"
                    + "|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate")
            .split("\\|");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    HeaderBlock add(String name, String value) {
        bytes.write(0);
        text(name);
        text(value);
        return this;
    }

    private void text(String value) {
        var text = value.getBytes(StandardCharsets.UTF_8);
        number(text.length);
        bytes.write(text, 0, text.length);
    }

    /// An integer with a prefix of 7 bits.
    private void number(int value) {
        if (value < 0x7F) {
            bytes.write(value);
            return;
        }
        bytes.write(0x7F);
        var rest = value - 0x7F;
        while (rest >= 0x80) {
            bytes.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes.write(rest);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    /// @return the last value of each name
    /// @throws IOException if the block is malformed
    static Map<String, String> read(byte[] block) throws IOException {
        var fields = new HashMap<String, String>();
        var bytes = ByteBuffer.wrap(block);
        try {
            while (bytes.hasRemaining()) {
                var first = bytes.get() & 0xFF;
                if (first >= 0x80) {
                    var entry = entry(number(bytes, first, 7));
                    fields.put(
                            nameOf(entry),
                            entry.substring(Math.min(nameOf(entry).length() + 1, entry.length())));
                } else if (first >= 0x40 || first < 0x20) {
                    var index = number(bytes, first, first >= 0x40 ? 6 : 4);
                    var name = index == 0 ? text(bytes) : nameOf(entry(index));
                    fields.put(name, text(bytes));
                } else {
                    number(bytes, first, 5); // a new size of the dynamic table
                }
            }
        } catch (BufferUnderflowException e) {
            throw new IOException("malformed header fields", e);
        }
        return fields;
    }

    private static String entry(int index) throws IOException {
        if (index < 1 || index > STATIC_TABLE.length) {
            throw new IOException("malformed header fields");
        }
        return STATIC_TABLE[index - 1];
    }

    private static String nameOf(String entry) {
        var end = entry.indexOf('=');
        return end < 0 ? entry : entry.substring(0, end);
    }

    private static int number(ByteBuffer bytes, int first, int prefixBits) throws IOException {
        var mask = (1 << prefixBits) - 1;
        var value = first & mask;
        if (value < mask) {
            return value;
        }
        for (var shift = 0; shift <= 14; shift += 7) {
            var next = bytes.get();
            value += (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("malformed header fields");
    }

    private static String text(ByteBuffer bytes) throws IOException {
        var first = bytes.get() & 0xFF;
        var text = new byte[number(bytes, first, 7)];
        bytes.get(text);
        return new String(first >= 0x80 ? HuffmanCode.decode(text) : text, StandardCharsets.UTF_8);
    }
}
