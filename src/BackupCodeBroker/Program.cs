using BackupCodeBroker.Cli;
using BackupCodeBroker.Dev;
using BackupCodeBroker.Server;

return await CommandLineProgram.RunAsync(args, CliSurroundings.OfProcess(), frame => ServerCommand.Create(frame.Command), DemoCommand.Create);
