package dev.tokenstore.sidecar;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A TCP address to listen on, or none: `PORT`, `HOST:PORT` or `off`. Without a host it is 127.0.0.1.
///
/// @param text as the user gave it
record Endpoint(String text, Optional<InetSocketAddress> address) {
    static final Endpoint OFF = new Endpoint("off", Optional.empty());

    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):)?([0-9]{1,5})");
    private static final String LOOPBACK = "127.0.0.1";

    static Endpoint on(String host, int port) {
        return new Endpoint(host + ":" + port, Optional.of(new InetSocketAddress(host, port)));
    }

    /// Writes an address as people give it; an IPv6 host is in brackets.
    static String text(InetSocketAddress address, int port) {
        var host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    static final class Converter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String text) {
            if (text.equals("off")) {
                return OFF;
            }
            var form = HOST_AND_PORT.matcher(text);
            if (!form.matches() || Integer.parseInt(form.group(2)) > 65_535) {
                throw new TypeConversionException("give PORT, HOST:PORT or off");
            }
            var host = Optional.ofNullable(form.group(1)).orElse(LOOPBACK).replaceAll("[\\[\\]]", "");
            try {
                return new Endpoint(
                        text,
                        Optional.of(
                                new InetSocketAddress(InetAddress.getByName(host), Integer.parseInt(form.group(2)))));
            } catch (UnknownHostException e) {
                throw new TypeConversionException("there is no such host");
            }
        }
    }
}
