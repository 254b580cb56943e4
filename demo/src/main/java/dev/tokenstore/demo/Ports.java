package dev.tokenstore.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// Ports on loopback.
final class Ports {
    private Ports() {}

    /// A port that nobody listens on at this moment.
    static int free() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StepFailedException("no free port on loopback: " + e.getMessage(), e);
        }
    }
}
