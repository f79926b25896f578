using BackupCodeBroker.Cli;

// The verbs of the other features are added here, before the client's: the server's as ServerCommand.Create().
return await CommandLineProgram.RunAsync(args, CliSurroundings.OfProcess());
