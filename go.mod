module substrate

go 1.25.0
