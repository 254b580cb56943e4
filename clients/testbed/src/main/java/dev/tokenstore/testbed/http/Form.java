package dev.tokenstore.testbed.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Fields of a form, in the two ways that HTTP clients write them. Files are no matter here.
final class Form {
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");
    private static final Pattern NAME = Pattern.compile("(?i)content-disposition:[^\r\n]*\\bname=\"([^\"]*)\"");
    private static final String URL_ENCODED = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data";

    private Form() {}

    /// @param contentType of the body; there are no fields in one of any other type
    static Map<String, String> ofBody(String contentType, byte[] body) {
        var text = new String(body, StandardCharsets.UTF_8);
        if (contentType.startsWith(URL_ENCODED)) {
            return ofQuery(text);
        }
        return contentType.startsWith(MULTIPART) ? ofParts(contentType, text) : Map.of();
    }

    static Map<String, String> ofQuery(String query) {
        var fields = new HashMap<String, String>();
        for (var pair : query.split("&")) {
            var separator = pair.indexOf('=');
            if (separator > 0) {
                fields.put(decoded(pair.substring(0, separator)), decoded(pair.substring(separator + 1)));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Map<String, String> ofParts(String contentType, String body) {
        var boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw new IllegalArgumentException("multipart without a boundary");
        }
        var fields = new HashMap<String, String>();
        for (var part : body.split(Pattern.quote("--" + boundary.group(1)))) {
            var headersEnd = part.indexOf("\r\n\r\n");
            if (headersEnd < 0) {
                continue;
            }
            var name = NAME.matcher(part.substring(0, headersEnd));
            if (name.find()) {
                var value = part.substring(headersEnd + 4);
                fields.put(name.group(1), value.endsWith("\r\n") ? value.substring(0, value.length() - 2) : value);
            }
        }
        return fields;
    }
}
