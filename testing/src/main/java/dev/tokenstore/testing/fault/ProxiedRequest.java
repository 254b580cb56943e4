package dev.tokenstore.testing.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A request as it came over HTTP/1.1, and how it goes on to the server.
///
/// @param headers without the empty line
record ProxiedRequest(String method, String target, List<Header> headers, byte[] body) {
    private static final Set<String> NOT_FORWARDED =
            Set.of("host", "connection", "content-length", "upgrade", "http2-settings", "transfer-encoding");
    private static final int LONGEST_HEAD = 64 * 1024;

    /// Returns null if the client went away instead of asking.
    static @Nullable ProxiedRequest read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        for (var tail = 0; tail != 0x0d0a0d0a; ) {
            int next = in.read();
            if (next < 0 || head.size() > LONGEST_HEAD) {
                return null;
            }
            head.write(next);
            tail = (tail << 8) | next;
        }
        var lines = new ArrayList<>(
                List.of(head.toString(StandardCharsets.ISO_8859_1).split("\r\n")));
        var first = lines.removeFirst().split(" ");
        var headers = lines.stream().map(Header::of).toList();
        return new ProxiedRequest(
                first[0], first[1], headers, new ProxiedRequest(first[0], first[1], headers, new byte[0]).body(in));
    }

    private byte[] body(InputStream in) throws IOException {
        if (!header("transfer-encoding").equalsIgnoreCase("chunked")) {
            var length = header("content-length");
            return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        }
        var whole = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            whole.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return whole.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private String header(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst()
                .orElse("");
    }

    String description() {
        return method + " " + target + " " + header("accept");
    }

    boolean isStream() {
        return isWebSocket() || target.contains("watch=true");
    }

    private boolean isWebSocket() {
        return header("upgrade").equalsIgnoreCase("websocket");
    }

    ProxiedRequest fromLongAgo() {
        return new ProxiedRequest(
                method, target.replaceAll("resourceVersion=[0-9]+", "resourceVersion=1"), headers, body);
    }

    List<Header> forwardedHeaders() {
        return headers.stream()
                .filter(header -> !NOT_FORWARDED.contains(header.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    byte[] streamed(String host) {
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
        forwardedHeaders().forEach(header -> head.append(header).append("\r\n"));
        head.append(isWebSocket() ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "Connection: close\r\n");
        return joined(head + "\r\n", body);
    }

    static byte[] joined(String head, byte[] body) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(body);
        return whole.toByteArray();
    }

    record Header(String name, String value) {
        static Header of(String line) {
            int colon = line.indexOf(':');
            return new Header(
                    line.substring(0, colon), line.substring(colon + 1).strip());
        }

        @Override
        public String toString() {
            return name + ": " + value;
        }
    }
}
